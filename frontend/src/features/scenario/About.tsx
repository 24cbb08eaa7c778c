import { makeStyles, tokens, typographyStyles } from '@fluentui/react-components';

import type { Scenario } from '@/api/scenarios';
import { backendName } from '@/lib/backends';
import { textsOf } from '@/lib/counts';

import { Panel } from './Panel';
import { TEXT } from './text';

const useStyles = makeStyles({
  facts: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXXL}`,
    margin: `${tokens.spacingVerticalM} 0 0`,
  },
  fact: { display: 'flex', gap: tokens.spacingHorizontalS },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0 },
  text: { maxWidth: '80ch', margin: 0, whiteSpace: 'pre-line' },
  lists: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 320px), 1fr))',
    columnGap: tokens.spacingHorizontalXXL,
  },
  heading: { ...typographyStyles.body1Strong, margin: `${tokens.spacingVerticalL} 0 0` },
  list: {
    margin: `${tokens.spacingVerticalS} 0 0`,
    paddingInlineStart: tokens.spacingHorizontalL,
  },
});

export function About({ scenario }: { scenario: Scenario }) {
  const styles = useStyles();
  const facts = [
    [TEXT.domain, scenario.domain],
    [TEXT.version, scenario.version],
    [TEXT.backend, scenario.backend && backendName(scenario.backend)],
    [TEXT.name, scenario.name],
  ].filter(([, value]) => value);
  const lists = [
    [TEXT.purposes, textsOf(scenario.use_cases)],
    [TEXT.questions, textsOf(scenario.example_questions)],
    [TEXT.agents, textsOf(scenario.agents)],
  ] as const;
  return (
    <Panel title={TEXT.about}>
      <p className={styles.text}>{scenario.description || TEXT.noDescription}</p>
      <dl className={styles.facts}>
        {facts.map(([term, value]) => (
          <div key={term} className={styles.fact}>
            <dt className={styles.term}>{term}</dt>
            <dd className={styles.value}>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.lists}>
        {lists.map(
          ([title, items]) =>
            items.length > 0 && (
              <div key={title}>
                <h3 className={styles.heading}>{title}</h3>
                <ul className={styles.list}>
                  {[...new Set(items)].map((item) => (
                    <li key={item}>{item}</li>
                  ))}
                </ul>
              </div>
            ),
        )}
      </div>
    </Panel>
  );
}
