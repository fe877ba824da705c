import { manifest } from '../_page/mirror';
import { notFound, page } from '../_page/page';

/** Every git repository that we serve, for grokmirror. */
export const GET = page(
  async ({ request }) => (await manifest(request, null)) ?? notFound('A git repository', 'manifest.js.gz'),
);
