/** Which file goes into which slot. Pure. */

import { SLOTS, type Slot } from '@/lib/slots';

import { Listing } from './listing';
import { slotOfTarball, stemOfTarball } from './memberNames';
import type { Peeked } from './peeked';
import { proposedName } from './scenarioName';
import { slotsIn } from './slotContents';
import { TEXT } from './text';

/** A file that was read. */
export interface Archive {
  file: File;
  peeked: Peeked;
  /** The slot that a person has chosen for it. */
  wanted: Slot | null;
}

export type Staged = Partial<Record<Slot, Archive | undefined>>;

export type Notice =
  | { kind: 'replaced'; slot: Slot; archive: Archive; before: Archive }
  | { kind: 'unplaced'; archive: Archive }
  | { kind: 'refused'; name: string; why: string };

/** The scenario that a file says it belongs to; '' if it does not say. */
export function scenarioOf({ file, peeked }: Archive): string {
  return proposedName(peeked.manifest?.name ?? '') || proposedName(stemOfTarball(file.name));
}

export interface Group {
  scenario: string;
  count: number;
}

/** The scenarios that files belong to; those that do not say go with any. */
export function groupsOf(archives: Archive[]): Group[] {
  const counts = new Map<string, number>();
  for (const archive of new Set(archives)) {
    const scenario = scenarioOf(archive);
    if (scenario) counts.set(scenario, (counts.get(scenario) ?? 0) + 1);
  }
  return [...counts].map(([scenario, count]) => ({ scenario, count }));
}

/** Puts files into their slots, one after another, and says what is not simply taken. */
export function place(staged: Staged, archives: Archive[]): { staged: Staged; notices: Notice[] } {
  const result: Staged = { ...staged };
  const notices: Notice[] = [];
  for (const archive of archives) {
    const slots = slotsFor(archive, result);
    if (archive.peeked.fault !== null && (!slots[0] || result[slots[0]])) {
      notices.push({ kind: 'refused', name: archive.file.name, why: archive.peeked.fault });
      continue;
    }
    if (!slots.length) notices.push({ kind: 'unplaced', archive });
    for (const slot of slots) {
      const before = result[slot];
      if (before) notices.push({ kind: 'replaced', slot, archive, before });
      result[slot] = archive;
    }
  }
  return { staged: result, notices };
}

/** The slot that was chosen, else that of its name, else all it holds something for. */
function slotsFor({ wanted, file, peeked }: Archive, staged: Staged): Slot[] {
  const told = wanted ?? slotOfTarball(file.name);
  if (told) return [told];
  const held = slotsIn(new Listing(peeked.files), peeked.manifest);
  const free = held.filter((slot) => !staged[slot]);
  return free.length ? free : held;
}

/** A notice in words. */
export function noticeText(notice: Notice): string {
  switch (notice.kind) {
    case 'replaced':
      return TEXT.replaced(notice.archive.file.name, notice.before.file.name, notice.slot);
    case 'unplaced':
      return TEXT.notTaken(notice.archive.file.name, TEXT.noSlot);
    case 'refused':
      return TEXT.notTaken(notice.name, notice.why);
  }
}

/** The first staged file that can't be sent. */
export function faultySlot(staged: Staged): Slot | undefined {
  return SLOTS.find((slot) => staged[slot] && staged[slot].peeked.fault !== null);
}
