/** What was found in an archive without unpacking it; made in a worker. */

import type { GraphSchema, Manifest } from './manifest';

export interface Finding {
  file: string;
  line: number | null;
  detail: string;
}

export interface Peeked {
  /** Why this is no gzipped tar; null if it is one. */
  fault: string | null;
  /** False if the archive could not be read to its end: then nothing is said to be missing. */
  complete: boolean;
  /** Relative to the scenario's own folder. */
  files: string[];
  /** Hard and symbolic links, which the server does not take where they are needed. */
  links: string[];
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
  links: [],
  manifest: null,
  schema: null,
  headers: {},
  findings: [],
};
