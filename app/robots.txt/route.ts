import { text } from '../_page/texts';

/** Pages may be indexed, except those that only cost time to compute. */
export const GET = async () =>
  text(`User-agent: *
Disallow: /search/
Disallow: /api/
Disallow: /quotes/
Disallow: /*/s/
`);
