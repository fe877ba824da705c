import { type Source, SourceError } from './types';

/** Archives on the web; not yet read here. */
export function recogniseUrl(location: string): Source[] {
  throw new SourceError(location, 'URLs cannot be read yet; clone or download the archive and give its path');
}
