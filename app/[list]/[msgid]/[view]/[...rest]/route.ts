import { notFound, page } from '../../../../_page/page';

/** Deeper than any page lies. */
export const GET = page(async ({ parts }) => notFound('A page of this address', (parts[1] ?? '').slice(0, 200)));
