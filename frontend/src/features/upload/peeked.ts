/** What was found in an archive without unpacking it; made in a worker. */

import type { GraphSchema, Manifest } from './manifest';

export interface Finding {
  file: string;
  line: number | null;
  detail: string;
}

/** A hard or symbolic link; a sparse file, device or pipe. */
export type Irregular = 'link' | 'other';

export interface Peeked {
  /** Why this is no gzipped tar; null if it is one. */
  fault: string | null;
  /** False if it could not be read to its end, or holds several scenarios: then nothing is said
   * to be missing. */
  complete: boolean;
  /** Relative to the scenario's own folder. */
  files: string[];
  /** What is no regular file, which the server does not take where it is needed. */
  irregular: Record<string, Irregular>;
  manifest: Manifest | null;
  schema: GraphSchema | null;
  /** The columns of each CSV whose header could be read. */
  headers: Record<string, string[]>;
  /** What is wrong whatever the slot. */
  findings: Finding[];
}

export const NOTHING: Peeked = {
  fault: null,
  complete: true,
  files: [],
  irregular: {},
  manifest: null,
  schema: null,
  headers: {},
  findings: [],
};
