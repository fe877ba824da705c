import type { Turn } from './thread';

export const LATER: Turn[] = [];
