import { webDarkTheme, webLightTheme, type Theme } from '@fluentui/react-components';
import { useEffect, useSyncExternalStore } from 'react';

import { useThemePreference } from '@/ui/themePreference';

const darkSystem = globalThis.matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  darkSystem.addEventListener('change', listener);
  return () => darkSystem.removeEventListener('change', listener);
}

/** The chosen theme; the document follows it, so that scroll bars and form fields match. */
export function useTheme(): Theme {
  const [choice] = useThemePreference();
  const systemIsDark = useSyncExternalStore(subscribe, () => darkSystem.matches);
  const dark = choice === 'dark' || (choice === 'system' && systemIsDark);
  const theme = dark ? webDarkTheme : webLightTheme;
  useEffect(() => {
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
    document.body.style.background = theme.colorNeutralBackground2;
    document.body.style.margin = '0';
  }, [dark, theme]);
  return theme;
}
