import type { SampleMail } from './mail';
import type { Random } from './random';

export function* tail(_count: number, _random: Random): Generator<SampleMail> {}
