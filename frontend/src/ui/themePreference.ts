import { usePreference } from './preferences';

export const THEMES = ['system', 'light', 'dark'] as const;

export const useThemePreference = () => usePreference('theme', THEMES);

/** Whether single letters act as shortcuts. */
export const useKeysPreference = () => usePreference('keys', ['on', 'off']);
