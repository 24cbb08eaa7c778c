import {
  makeStyles,
  Radio,
  RadioGroup,
  Switch,
  tokens,
  typographyStyles,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';

import { Page } from '@/ui/Page';
import { THEMES, useKeysPreference, useThemePreference } from '@/ui/themePreference';

import { Services } from './Services';
import { TEXT } from './text';

const useStyles = makeStyles({
  sections: { display: 'grid', gap: tokens.spacingVerticalXXL },
  heading: { ...typographyStyles.subtitle2, margin: `0 0 ${tokens.spacingVerticalS}` },
});

export function SettingsPage() {
  const styles = useStyles();
  const [theme, setTheme] = useThemePreference();
  const [keys, setKeys] = useKeysPreference();
  return (
    <Page subject={TEXT.subject}>
      <div className={styles.sections}>
        <Section title={TEXT.theme}>
          <RadioGroup
            aria-label={TEXT.theme}
            value={theme}
            onChange={(_, { value }) => setTheme(THEMES.find((each) => each === value) ?? 'system')}
          >
            {THEMES.map((each) => (
              <Radio key={each} value={each} label={TEXT.themes[each]} />
            ))}
          </RadioGroup>
        </Section>
        <Section title={TEXT.keys}>
          <Switch
            checked={keys === 'on'}
            onChange={(_, { checked }) => setKeys(checked ? 'on' : 'off')}
            label={TEXT.keysOn}
          />
        </Section>
        <Section title={TEXT.parts}>
          <Services />
        </Section>
      </div>
    </Page>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className={useStyles().heading}>{title}</h2>
      {children}
    </section>
  );
}
