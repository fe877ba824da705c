/** An invented person. Nobody with these names and addresses exists: example.org is reserved for examples (RFC 2606). */
export interface Invented {
  name: string;
  address: string;
  /** Time zone, in minutes east of UTC. */
  zone: number;
}

const person = (name: string, address: string, zone: number): Invented => ({
  name,
  address: `${address}@example.org`,
  zone,
});

export const PEOPLE = {
  mirela: person('Mirela Dănescu', 'mirela.danescu', 120),
  oskar: person('Oskar Lindqvist', 'oskar', 60),
  tamsin: person('Tamsin Achterberg', 'tamsin', -480),
  joao: person('João Figueiroa', 'joao.figueiroa', -180),
  wenling: person('Wenling Tsao', 'wltsao', 480),
  arvid: person('Arvid Þórsson', 'arvid.thorsson', 0),
  priyanka: person('Priyanka Vellodi', 'vellodi', 330),
  benedikt: person('Benedikt Krähenbühl', 'kraehenbuehl', 60),
  noriko: person('Noriko Asahina', 'noriko.asahina', 540),
  casimir: person('Casimir Ostrowicz', 'casimir', 60),
  delphine: person('Delphine Marchesseau', 'delphine', 60),
  ruaridh: person('Ruaridh MacInneally', 'ruaridh', 0),
  zeynep: person('Zeynep Karaoğlan', 'zeynep.karaoglan', 120),
  ivo: person('Ivo Štěpánkovský', 'ivo.stepankovsky', 60),
  halvard: person('Halvard Brekkesund', 'halvard', 60),
  adaeze: person('Adaeze Nwokoromadu', 'adaeze', 60),
  matthias: person('Matthias Grünfelder', 'mgruenfelder', 60),
  leilani: person('Leilani Kahananui', 'leilani', -600),
  sergei: person('Сергей Ладожников', 'ladozhnikov', 180),
  thandi: person('Thandiwe Mokhobosi', 'thandi', 120),
  rangi: person('Rangimārie Te Pōtiki', 'rangi.tepotiki', 720),
  yusuf: person('Yusuf Abdulqader', 'yusuf', 180),
  keeper: person('Ansel Wetherbrook', 'ansel', -480),
  robot: person('example build robot', 'build-robot', 0),
} as const;

const EVERYONE: readonly Invented[] = Object.values(PEOPLE).filter((one) => one.name !== 'example build robot');

const GIVEN =
  'Alba Bram Cosima Dario Edda Ferran Gudrun Hamid Ingrid Jorun Katya Lamin Marisol Nuno Odile Pavel Quirin Rasa Selim Teodora Ulrik Vesna Wanja Ximena Yara Zoltan'.split(
    ' ',
  );
const FAMILY_BEGINNINGS =
  'Ahl Bren Cor Dun Esk Fal Grim Hol Iver Jas Kal Lor Mont Nor Ost Pell Ruth Sand Tor Vel'.split(' ');
const FAMILY_ENDS = 'aker bury dal egaard feldt holm ingham quist rode stad thorpe vik wick'.split(' ');

/** Number of mails for each person of a generated list; a short list only has the people above. */
const MAILS_A_PERSON = 200;

/** The people of a list of so many mails: those above, and more generated names the longer it is. */
export function crowd(mails: number): readonly Invented[] {
  const people: Invented[] = [...EVERYONE];
  for (const beginning of FAMILY_BEGINNINGS)
    for (const end of FAMILY_ENDS)
      for (const given of GIVEN) {
        if (people.length * MAILS_A_PERSON >= mails) return people;
        people.push(person(`${given} ${beginning}${end}`, `${given}.${beginning}${end}`.toLowerCase(), 60));
      }
  return people;
}
