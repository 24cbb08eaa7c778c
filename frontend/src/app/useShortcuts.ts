import { useEffect } from 'react';

import { useKeysPreference } from '@/ui/themePreference';

import type { Layers } from './useLayers';

/** Marks the field that `/` goes to. */
const SEARCH_FIELD = 'input[type="search"]';
const TYPED_INTO = 'input, textarea, select, [contenteditable]:not([contenteditable="false"])';
const LAYER = '[role="dialog"], [role="alertdialog"], [role="menu"]';

function isFree(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (event.target instanceof Element && event.target.closest(TYPED_INTO)) return false;
  return !document.querySelector(LAYER);
}

/** Single letters, while nobody types and nothing lies above the page. */
export function useShortcuts({ openAdd, openJobs, openKeys }: Layers): void {
  const [keys] = useKeysPreference();
  useEffect(() => {
    if (keys === 'off') return undefined;
    const actions: Record<string, () => void> = {
      a: () => openAdd(),
      j: () => openJobs(),
      '/': () => document.querySelector<HTMLElement>(SEARCH_FIELD)?.focus(),
      '?': openKeys,
    };
    const listen = (event: KeyboardEvent) => {
      const action = actions[event.key];
      if (!action || !isFree(event)) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [keys, openAdd, openJobs, openKeys]);
}
