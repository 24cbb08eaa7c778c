import {
  Badge,
  Caption1,
  makeStyles,
  mergeClasses,
  tokens,
  typographyStyles,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import type { ScenarioSummary } from '@/api/scenarios';
import { backendName } from '@/lib/backends';
import { scenarioWords } from '@/lib/counts';
import { scenarioPath } from '@/lib/url';
import { Time } from '@/ui/Time';

import { loadedAt, titleOf } from './select';
import { useGridStyles } from './styles';
import { TEXT } from './text';

const useStyles = makeStyles({
  row: { minHeight: 0, listStyleType: 'none' },
  head: { display: 'flex', alignItems: 'start', gap: tokens.spacingHorizontalS },
  names: { minWidth: 0, marginInlineEnd: 'auto' },
  title: { ...typographyStyles.subtitle2, margin: 0, overflowWrap: 'anywhere' },
  link: {
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    ':hover': { textDecorationLine: 'underline' },
  },
  quiet: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  description: {
    ...typographyStyles.body1,
    display: '-webkit-box',
    margin: 0,
    overflow: 'hidden',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 3,
    color: tokens.colorNeutralForeground2,
    overflowWrap: 'anywhere',
  },
  counts: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: tokens.spacingHorizontalM,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  foot: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    marginTop: 'auto',
    color: tokens.colorNeutralForeground2,
  },
});

interface Props {
  scenario: ScenarioSummary;
  asRow: boolean;
  job: ReactNode;
  menu: ReactNode;
}

export function ScenarioCard({ scenario, asRow, job, menu }: Props) {
  const styles = useStyles();
  const grid = useGridStyles();
  const words = scenarioWords(scenario.parts);
  return (
    <li className={mergeClasses(grid.card, asRow && styles.row)}>
      <div className={styles.head}>
        <div className={styles.names}>
          <h2 className={styles.title}>
            <Link href={scenarioPath(scenario.name)} className={styles.link}>
              {titleOf(scenario)}
            </Link>
          </h2>
          <Caption1 className={styles.quiet}>
            {[scenario.name, scenario.domain].filter(Boolean).join(' · ')}
          </Caption1>
        </div>
        <Badge appearance="tint" color={scenario.backend ? 'brand' : 'informative'} size="large">
          {backendName(scenario.backend)}
        </Badge>
        {menu}
      </div>
      {!asRow && scenario.description && (
        <p className={styles.description}>{scenario.description}</p>
      )}
      <ul className={styles.counts} aria-label={`Contents of ${scenario.name}`}>
        {(words.length ? words : [TEXT.nothingLoaded]).map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      <div className={styles.foot}>
        <span>
          {words.length ? TEXT.loaded : TEXT.saved} <Time iso={loadedAt(scenario)} />
        </span>
        {job}
      </div>
    </li>
  );
}
