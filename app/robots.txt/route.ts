import { text } from '../_page/texts';

/** Pages may be indexed; what only costs is not worth a crawler's visit. */
export const GET = async () =>
  text(`User-agent: *
Disallow: /search/
Disallow: /api/
Disallow: /quotes/
Disallow: /*/s/
`);
