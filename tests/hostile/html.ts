/** Invented hostile HTML mails: attacks on readers of an archive. People and hosts at example.org. */

/** The host for all forbidden requests, on which tests listen. */
const CANARY = 'canary.example.org';

/** Code that leaves a trace if any script runs, in any window. */
const RUN = "top.document.title='RAN';document.title='RAN';fetch('http://canary.example.org/ran')";
const at = (path: string) => `http://${CANARY}/${path}`;

/** The attempts by name; each contains the words `MARK name`, which must stay visible. */
export const ATTEMPTS: Record<string, string> = {
  script: `<script>${RUN}</script><SCRIPT SRC="${at('script.js')}"></SCRIPT><scr<script>ipt>${RUN}</scr</script>ipt>`,
  'script of odd forms': `<script\n>${RUN}</script\t\n><script/x>${RUN}</script><sCrIpT type=module>${RUN}</sCrIpT>`,
  'event handlers': `<p onclick="${RUN}" onmouseover="${RUN}">x</p><body onload="${RUN}"><img src=x onerror="${RUN}"><details open ontoggle="${RUN}">y</details><input autofocus onfocus="${RUN}"><marquee onstart="${RUN}">z</marquee>`,
  'handlers after slashes and line ends': `<img/src=x/onerror=${encodeURIComponent(RUN)}><p\nonanimationstart\n=\n"${RUN}">x</p><a\x0conclick="${RUN}" href="#">y</a>`,
  'javascript links': `<a href="javascript:${RUN}">a</a><a href=" java\tscript:${RUN}">b</a><a href="JaVaScRiPt&colon;${RUN}">c</a><a href="&#x6A;avascript:${RUN}">d</a><a href="\x01javascript:${RUN}">e</a><a href="vbscript:x">f</a><a href="data:text/html,<script>${RUN}</script>">g</a><a href="view-source:x">h</a><a href="blob:x">i</a><a href="file:///etc/passwd">j</a>`,
  images: `<img src="${at('i.gif')}" alt="a picture"><img srcset="${at('s.gif')} 2x"><picture><source srcset="${at('p.gif')}"><img src="${at('q.gif')}"></picture><input type=image src="${at('r.gif')}"><img src="//${CANARY}/t.gif"><image src="${at('u.gif')}"><img lowsrc="${at('l.gif')}" dynsrc="${at('d.gif')}">`,
  backgrounds: `<table background="${at('bg.gif')}"><tr><td background="${at('td.gif')}">x</td></tr></table><p style="background:url(${at('css.gif')})">y</p><body background="${at('body.gif')}">`,
  'style sheets': `<style>@import url(${at('import.css')});body{background:url(${at('s.gif')})}main{position:fixed;inset:0;z-index:9999}header{display:none}</style><link rel=stylesheet href="${at('l.css')}"><STYLE>@font-face{font-family:x;src:url(${at('f.woff')})}*{font-family:x}</STYLE>`,
  'links that load': `<link rel=prefetch href="${at('pf')}"><link rel=dns-prefetch href="//${CANARY}"><link rel=preconnect href="${at('')}"><link rel=preload as=image href="${at('pl')}"><link rel=icon href="${at('ico')}"><link rel=manifest href="${at('m')}"><link rel=modulepreload href="${at('mp')}">`,
  overlay: `<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;background:#fff;z-index:99999">OVERLAY</div><div style="position:absolute;margin:-5000px;width:9000px">far</div>`,
  'breaking out of the box': `</div></main></body></html></div></article><div style="position:fixed;inset:0"><h1>OUT OF THE BOX</h1></div></td></tr></table></details></blockquote>`,
  'a very wide table': `<table width="99999"><tr>${'<td width="9999" nowrap>wide</td>'.repeat(200)}</tr></table><table><tr><td colspan="999999999" rowspan="999999999">span</td></tr></table>`,
  'a very long word': `<p>${'w'.repeat(20_000)}</p><pre>${'v'.repeat(20_000)}</pre><nobr>${'u'.repeat(5000)}</nobr>`,
  forms: `<form action="${at('form')}" method=post><input name=password type=password value=x><button>Sign in</button><button formaction="${at('fa')}">y</button><textarea>t</textarea><select><option>o</select><keygen></form><isindex action="${at('isindex')}" prompt="p">`,
  'refresh and base': `<meta http-equiv=refresh content="0;url=${at('refresh')}"><META HTTP-EQUIV="Refresh" CONTENT="0; URL=javascript:${RUN}"><base href="${at('')}" target="_top"><meta http-equiv="Content-Security-Policy" content="default-src *"><meta http-equiv="set-cookie" content="a=b"><a href="relative">rel</a>`,
  svg: `<svg onload="${RUN}"><script>${RUN}</script><image href="${at('svg.png')}"/><use href="${at('use.svg#x')}"/><a xlink:href="javascript:${RUN}"><text>t</text></a><animate onbegin="${RUN}" attributeName=x dur=1s><foreignObject><iframe src="${at('fo')}"></iframe></foreignObject><style>@import url(${at('svg.css')});</style></svg>`,
  math: `<math><maction actiontype="statusline#${at('m')}" xlink:href="javascript:${RUN}">CLICK</maction><mtext><img src=x onerror="${RUN}"></mtext></math>`,
  frames: `<iframe src="${at('frame')}"></iframe><iframe srcdoc="<script>${RUN.replaceAll('"', '')}</script>"></iframe><frameset><frame src="${at('fs')}"></frameset><object data="${at('obj')}"><param name=x></object><embed src="${at('embed')}"><applet code=x archive="${at('jar')}"></applet><portal src="${at('portal')}"></portal><fencedframe></fencedframe>`,
  media: `<audio src="${at('a.mp3')}" autoplay></audio><video src="${at('v.mp4')}" poster="${at('poster')}" autoplay><track src="${at('track')}"><source src="${at('src')}"></video><bgsound src="${at('bg.wav')}">`,
  'mutation through namespaces': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`,
  'mutation through foreign style': `<svg></p><style><a id="</style><img src=1 onerror=${RUN}>">`,
  'mutation through noscript': `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  'mutation through comments': `<!--><img src=x onerror=${RUN}>--><!--!><img src=x onerror=${RUN}>--!><![CDATA[<img src=x onerror=${RUN}>]]><!doctype html [<!ENTITY x "<script>${RUN}</script>">]>&x;<?xml-stylesheet href="${at('x.xsl')}"?>`,
  'mutation through raw text': `<xmp><p title="</xmp><img src=x onerror=${RUN}>"></xmp><textarea><p title="</textarea><img src=x onerror=${RUN}>"></textarea><title><p title="</title><img src=x onerror=${RUN}>"></title><noembed><p title="</noembed><img src=x onerror=${RUN}>"></noembed>`,
  'template and select': `<template><img src=x onerror=${RUN}></template><template shadowrootmode=open><script>${RUN}</script></template><select><style></select><img src=x onerror=${RUN}></style></select>`,
  'conditional comments': `<!--[if IE]><script>${RUN}</script><![endif]--><!--[if mso]><img src="${at('mso')}"><![endif]--><![if !mso]><p>shown</p><![endif]>`,
  'names that shadow': `<a id=body name=body>x</a><form id=location name=getElementById></form><img name=cookie><a id=main href="#main">y</a><p class="threadhead mail" id="m0">z</p>`,
  'style attributes': `<p style="color:red;width:expression(alert(1));behavior:url(${at('htc')});-moz-binding:url(${at('xbl')})">x</p><p style="font-size:5000px">huge</p><p style="display:none">hidden words</p><p style="background-image:\\75 rl(${at('esc')})">y</p>`,
  'links that lie': `<a href="https://evil.example.org/">https://bank.example.org/</a><a href="https://bank.example.org@evil.example.org/">https://bank.example.org@evil.example.org/</a><a href="https://evil.example.org/bank.example.org">bank.example.org</a><a href="http://xn--exmple-cua.example.org/">http://ex\u00e4mple.example.org/</a><a href="https://\u0435xample.org/">\u0435xample.org</a><a href="mailto:evil@example.org?subject=x">friend@example.org</a>`,
  'odd addresses': `<a href="//${CANARY}/pr">pr</a><a href="\\\\${CANARY}\\unc">unc</a><a href="http:${CANARY}/a">b</a><a href="https:///${CANARY}/c">c</a><a href="ftp://${CANARY}/d">d</a><a href="http://[::1">e</a><a href="http://%zz/">f</a><a href="${'http://x.example.org/'.padEnd(9000, 'y')}">g</a>`,
  'nested links': `<a href="https://one.example.org/">one<a href="javascript:${RUN}">two<a href="https://three.example.org/">three</a></a></a>`,
  pings: `<a href="https://bank.example.org/" ping="${at('ping')}" target="_blank" rel="opener" download attributionsrc="${at('attr')}">pinged</a><area href="${at('area')}"><map name=x><area href="javascript:${RUN}"></map>`,
  'bidi and unseen': `<p>&#x202E;txt.exe&#x202C; &#8294;isolate&#8297; zero&#8203;width soft&shy;hyphen</p><bdo dir=rtl>backwards</bdo><p dir=rtl>right to left</p>`,
  'deep nesting': `${'<div><blockquote><b>'.repeat(3000)}deep${'</b></blockquote></div>'.repeat(3000)}`,
  'unclosed everything': `<div><table><tr><td><ul><li><a href="https://open.example.org/">never closed<blockquote><pre><b><i`,
  'attributes without end': `<p title="${'<img src=x onerror=alert(1)>'.repeat(50)}`,
  'many attributes': `<p ${Array.from({ length: 5000 }, (_, n) => `a${n}="${n}"`).join(' ')}>attributes</p>`,
  'broken entities': `&lt;script&gt;${RUN}&lt;/script&gt; &#0; &#xD800; &#x110000; &#60;img src=x onerror=${RUN}&#62; &ltimg src=x onerror=${RUN}&gt`,
  'charset tricks': `<meta charset="utf-7">+ADw-script+AD4-${RUN}+ADw-/script+AD4-<meta http-equiv=content-type content="text/html; charset=iso-2022-jp">`,
  'dialogs and popovers': `<dialog open>DIALOG</dialog><div popover id=p>pop</div><button popovertarget=p>open</button><script>alert(1);confirm(1);print()</script><a href="javascript:alert(1)">x</a>`,
  'custom elements and slots': `<x-evil is="x" onclick="${RUN}"><slot name=x></slot></x-evil><p is="x-p" contenteditable=true accesskey=x tabindex=1>edit</p>`,
};

const BOUNDARY = 'hostile-boundary';

/** The attempts as mails: as text/html only, or with a text form, inline images and attachments with odd names. */
export function hostileMails(): { name: string; msgid: string; raw: Buffer }[] {
  return Object.entries(ATTEMPTS).map(([name, html], n) => {
    const msgid = `hostile-${n}@example.org`;
    const shown = `${n % 2 ? '' : '<html><body>'}<p>MARK ${name} begins</p>${html}`;
    // Text after an unclosed element may belong to it, so the second mark comes before such elements.
    const head = [
      `From: "${n % 3 ? 'Mallory' : '<b>Mallory</b>\u202e'}" <mallory${n}@example.org>`,
      'To: hostile@lists.example.org',
      `Subject: ${SUBJECTS[n % SUBJECTS.length]} ${n}`,
      `Message-ID: <${msgid}>`,
      `Date: Mon, 02 Mar 2020 10:${String(n % 60).padStart(2, '0')}:00 +0000`,
      'List-Id: <hostile.lists.example.org>',
      'MIME-Version: 1.0',
    ];
    const lines = n % 2 ? alone(head, shown) : alternative(head, shown, n);
    return { name, msgid, raw: Buffer.from(lines.join('\n')) };
  });
}

const SUBJECTS = [
  'an ordinary subject',
  '<script>top.document.title="RAN"</script>',
  'report \u202etxt.exe\u202c for you',
  '"><img src=x onerror=alert(1)>',
  "'onmouseover=alert(1) x='",
  '=?utf-8?Q?a=0D=0ASet-Cookie:_x=3Dy?=',
  '\u2066isolated \u200bzero \ufeff width',
  ']]></title><script>alert(1)</script>',
];

const alone = (head: string[], html: string) => [...head, 'Content-Type: text/html; charset=utf-8', '', html, ''];

const ATTACHED = [
  ['evil.html', 'text/html', `<script>${RUN}</script>`],
  ['evil.svg', 'image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"/>`],
  ['../../etc/passwd', 'application/octet-stream', 'x'],
  ['a\u202egpj.exe', 'image/jpeg', 'MZ'],
  ['a"; filename=evil.exe; x="', 'text/plain', 'x'],
  ['line%0d%0aSet-Cookie: a=b.txt', 'text/plain', 'x'],
  [`${'long'.repeat(200)}.txt`, 'text/plain', 'x'],
  ['page.xhtml', 'application/xhtml+xml', `<html xmlns="http://www.w3.org/1999/xhtml"><script>${RUN}</script></html>`],
] as const;

function alternative(head: string[], html: string, n: number): string[] {
  const [name, type, content] = ATTACHED[(n >> 1) % ATTACHED.length] as (typeof ATTACHED)[number];
  return [
    ...head,
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    '',
    `--${BOUNDARY}`,
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(`${html}`).toString('base64').replace(/.{76}/g, '$&\n'),
    `--${BOUNDARY}`,
    `Content-Type: ${type}`,
    `Content-Disposition: attachment; filename*=utf-8''${encodeURIComponent(name)}`,
    'Content-ID: <picture@example.org>',
    '',
    content,
    `--${BOUNDARY}--`,
    '',
  ];
}
