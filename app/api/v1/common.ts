import { z } from 'zod';
import { rfc3339 } from '#db/queries/export';
import { timeOf } from '#mail/ids';
import { ApiError } from '../../_page/api';
import { maskAddress } from '../../_ui/format';

/** A number in an address. */
export const number = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a number')
  .transform(Number);
export const now = () => Math.floor(Date.now() / 1000);
/** Unix seconds in the form of times in answers. */
export const at = (seconds: number) => rfc3339(Math.floor(seconds)) as string;
/** The time at which the mail of an id was sent. */
export const ofId = (id: number) => at(timeOf(id));
export const who = (name: string, address: string) => ({ name, address: maskAddress(address) });
export const missing = (what: string) => new ApiError(404, `${what.slice(0, 200)} is not in this archive.`);
