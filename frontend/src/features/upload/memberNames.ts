/** What a file in a pack may be called. The server's rules, so that both see the same files. */

import { SLOTS, type Slot } from '@/lib/slots';

const IGNORED_NAMES = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', 'Icon\r']);
const IGNORED_PREFIXES = ['._', 'PaxHeader'];
const TARBALL = new RegExp(`-(${SLOTS.join('|')})\\.(?:tar\\.gz|tgz)$`, 'i');
const CONTROL = /\p{Cc}/u;

const partsOf = (raw: string) => raw.split('/').filter((part) => part !== '' && part !== '.');

/** Whether a program left this file behind: resource forks, thumbnails, pax headers. */
export function isIgnored(raw: string): boolean {
  const parts = partsOf(raw);
  return (
    !parts.includes('..') &&
    (parts.includes('__MACOSX') ||
      parts.some((part) => IGNORED_PREFIXES.some((prefix) => part.startsWith(prefix))) ||
      IGNORED_NAMES.has(parts.at(-1) ?? ''))
  );
}

/** The name with single slashes, in Unicode form NFC, without "./". */
export function normalised(raw: string): string {
  return partsOf(raw).join('/').normalize('NFC');
}

/** Why the server will not take a member of this name, or null. */
export function nameFault(raw: string): string | null {
  const parts = partsOf(raw);
  if (raw.includes('\\')) return 'holds a backslash; pack the folder again with tar';
  if (/^[A-Za-z]:/.test(parts[0] ?? '')) return 'begins with a drive letter';
  if (raw.startsWith('/')) return 'is absolute; pack the folder again with relative names';
  if (parts.includes('..')) return 'leads out of the folder by ".."';
  if (raw.includes('\uFFFD')) return 'is not UTF-8; rename the file';
  if (CONTROL.test(raw)) return 'holds a control character; rename the file';
  return null;
}

/** A path in the manifest or schema as members are called; null if it leads out of the folder. */
export function cleanPath(path: string): string | null {
  if (path.startsWith('/')) return null;
  const clean: string[] = [];
  for (const part of partsOf(path.normalize('NFC'))) {
    if (part !== '..') clean.push(part);
    else if (clean.pop() === undefined) return null;
  }
  return clean.join('/');
}

/** The slot that a tarball's name ends in (`hello-graph.tar.gz`), or null. */
export function slotOfTarball(fileName: string): Slot | null {
  const ending = TARBALL.exec(fileName)?.[1]?.toLowerCase();
  return SLOTS.find((slot) => slot === ending) ?? null;
}

/** `hello` of `hello-graph.tar.gz`; empty if the name has no slot in it. */
export function stemOfTarball(fileName: string): string {
  return TARBALL.test(fileName) ? fileName.replace(TARBALL, '') : '';
}
