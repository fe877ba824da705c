import { z } from 'zod';
import { findPerson, identitiesOf, listPeople, PEOPLE_A_PAGE, type PersonLine } from '#db/queries/people';
import { type Operation, operation } from '../../_page/api';
import { maskAddress } from '../../_ui/format';
import { missing, number, ofId } from './common';
import * as s from './schemas';

const personLine = ({ slug, name, kind, messages, first_id, last_id }: PersonLine) => ({
  id: slug,
  name,
  kind,
  messages,
  first_at: ofId(first_id),
  last_at: ofId(last_id),
});

export const peopleOperations: Operation[] = [
  operation({
    path: '/people',
    summary: 'People who write here, most mails first',
    params: z.strictObject({
      name: z.string().max(200).optional().describe('the beginning of a name or an address'),
      list: z.string().max(200).optional(),
      from: number.optional().describe('"next" of the previous page'),
    }),
    answer: z.object({ people: z.array(s.personLine), next: z.int().nullable() }),
    async run({ params, db }) {
      const from = params.from ?? 0;
      const found = await listPeople(db, { list: params.list ?? null, name: params.name ?? null, from });
      return {
        people: found.slice(0, PEOPLE_A_PAGE).map(personLine),
        next: found.length > PEOPLE_A_PAGE ? from + PEOPLE_A_PAGE : null,
      };
    },
  }),
  operation({
    path: '/people/{id}',
    summary: 'One person, by id or address, with the names and addresses that were joined, and the reasons',
    params: z.strictObject({ id: z.string().min(1).max(300) }),
    answer: s.personLine.extend({ identities: z.array(s.identity) }),
    async run({ params, db }) {
      const person = await findPerson(db, params.id);
      if (!person) throw missing(`The person "${params.id}"`);
      const identities = await identitiesOf(db, person.id);
      return {
        ...personLine(person),
        identities: identities.map((one) => ({ ...one, address: maskAddress(one.address) })),
      };
    },
  }),
];
