import { Document } from '../_components/Document';
import { page } from '../_lib/page';

export const GET = page(async ({ query }) => (
  <Document title="Search · Threadline" query={query.get('q') ?? ''}>
    <h1>Search</h1>
  </Document>
));
