import { stateOf } from '#patch/state';

/** The class that colours a state of a series: docs/DESIGN-SYSTEM.md. */
export const statusClass = (status: string): string => `st-${stateOf(status)?.tone ?? 'open'}`;
