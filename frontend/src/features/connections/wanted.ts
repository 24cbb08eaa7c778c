import type { Wanted } from '@/api/fabric';

import { TEXT } from './text';

/** What was typed, as the service wants it. */
export interface Typed {
  address: string;
  name: string;
  lakehouse: string;
}

export const NOTHING_TYPED: Typed = { address: '', name: '', lakehouse: '' };

const DEFAULT_LAKEHOUSE = 'lakehouse';
const LAKEHOUSE = /^[A-Za-z][A-Za-z0-9_]{0,122}$/;

export function wantedOf({ address, lakehouse }: Typed): Wanted {
  return {
    workspace_id: address.trim(),
    lakehouse_name: lakehouse.trim() || DEFAULT_LAKEHOUSE,
  };
}

export type Faults = Partial<Record<'address' | 'lakehouse', string>>;

/** What can be said before asking; whether the address names a workspace, the service judges. */
export function faultsOf(typed: Typed): Faults {
  const { workspace_id: address, lakehouse_name: lakehouse } = wantedOf(typed);
  return {
    ...(!address && { address: TEXT.addressMissing }),
    ...(!LAKEHOUSE.test(lakehouse) && { lakehouse: TEXT.lakehouseWrong }),
  };
}
