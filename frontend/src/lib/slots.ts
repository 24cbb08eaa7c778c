/** The parts of a pack, in the order in which they are loaded. */
export const SLOTS = ['graph', 'telemetry', 'runbooks', 'tickets', 'prompts'] as const;

export type Slot = (typeof SLOTS)[number];
