import { BlockList, isIP } from 'node:net';
import type { Dispatcher } from 'undici';

/**
 * The proxy for a URL, or null: from the same variables as git's (http.c), so that our requests and git's take the same way.
 * `http_proxy` in lower case only, because a client can set HTTP_PROXY of a CGI server; an empty value means no proxy.
 */
export function proxyOf(url: string, env: NodeJS.ProcessEnv = process.env): URL | null {
  const { protocol, hostname } = new URL(url);
  const own = protocol === 'https:' ? (env.https_proxy ?? env.HTTPS_PROXY) : env.http_proxy;
  const named = own ?? env.all_proxy ?? env.ALL_PROXY ?? '';
  if (named === '' || isDirect(hostname, env.no_proxy ?? env.NO_PROXY ?? '')) return null;
  const proxy = named.includes('://') ? named : `http://${named}`;
  if (!URL.canParse(proxy)) throw new Error('the proxy setting is not a URL; set http_proxy or https_proxy to one');
  return new URL(proxy);
}

/** Whether `no_proxy` excludes a host, as in libcurl (noproxy.c): hosts with their subdomains, addresses, networks, or `*` alone. */
function isDirect(hostname: string, list: string): boolean {
  if (list.trim() === '*') return true;
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  if (isIP(host)) return entries.some((entry) => isWithin(host, entry));
  return entries.some((entry) => {
    const domain = entry.replace(/^\.|\.$/g, '');
    return host === domain || host.endsWith(`.${domain}`);
  });
}

function isWithin(address: string, entry: string): boolean {
  const [network = '', bits] = entry.replace(/[[\]]/g, '').split('/');
  const version = isIP(network);
  if (version !== isIP(address)) return false;
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, family);
}

const agents = new Map<string, Dispatcher>();

/**
 * `fetch` through a proxy: http as a proxy request (many refuse a tunnel to port 80), https through a tunnel. Node's own fetch supports
 * no proxies before version 24. Loaded only if there is a proxy, because loading takes a tenth of a second.
 */
export async function fetchThrough(proxy: URL, url: string, init: RequestInit): Promise<Response> {
  if (!/^https?:$/.test(proxy.protocol))
    throw new Error(`cannot use a ${proxy.protocol}// proxy; set one with http:// or https://`);
  const { fetch, ProxyAgent } = await import('undici');
  const agent = agents.get(proxy.href) ?? new ProxyAgent({ uri: proxy.href, proxyTunnel: false });
  agents.set(proxy.href, agent);
  return (await fetch(url, { ...init, dispatcher: agent } as never)) as unknown as Response;
}
