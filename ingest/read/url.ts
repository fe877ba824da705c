import { type Source, SourceError } from './types';

/** A public-inbox list on a server. */
export async function recogniseUrl(location: string): Promise<Source[]> {
  throw new SourceError(location, 'reading from a URL is not there yet: clone the list with git, and name the directory');
}
