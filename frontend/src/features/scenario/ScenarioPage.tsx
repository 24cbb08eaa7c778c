import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { Suspense, type ReactNode } from 'react';
import { Link } from 'wouter';

import { toProblem } from '@/api/problem';
import { scenarioQuery, type Scenario } from '@/api/scenarios';
import { scenarioPath } from '@/lib/url';
import { Page } from '@/ui/Page';
import { AfterAWhile, ErrorMessage, SkeletonLines, StateMessage } from '@/ui/states';

import { Overview } from './Overview';
import { TEXT } from './text';

const TABS = [
  ['', TEXT.overview],
  ['graph', TEXT.graph],
] as const;

const useStyles = makeStyles({
  back: { color: tokens.colorBrandForegroundLink },
  tabs: {
    display: 'flex',
    gap: tokens.spacingHorizontalXS,
    marginBottom: tokens.spacingVerticalL,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  tab: {
    display: 'flex',
    alignItems: 'center',
    minHeight: '44px',
    padding: `0 ${tokens.spacingHorizontalM}`,
    borderBottom: '3px solid transparent',
    color: tokens.colorNeutralForeground2,
    textDecorationLine: 'none',
    ':hover': { color: tokens.colorNeutralForeground1 },
    '&[aria-current="page"]': {
      borderBottomColor: tokens.colorCompoundBrandStroke,
      color: tokens.colorNeutralForeground1,
      fontWeight: tokens.fontWeightSemibold,
    },
  },
});

interface Props {
  name: string;
  tab: string;
  menu: (scenario: Scenario) => ReactNode;
  /** The tab of that name. */
  graph: (scenario: Scenario) => ReactNode;
}

export function ScenarioPage({ name, tab, menu, graph }: Props) {
  const styles = useStyles();
  const { data, error, isPending, refetch } = useQuery(scenarioQuery(name));
  const problem = error && toProblem(error);
  if (problem?.status === 404) {
    return (
      <Page subject={TEXT.gone(name)}>
        <StateMessage title={TEXT.goneBody} actions={<Link href="/">{TEXT.back}</Link>} />
      </Page>
    );
  }
  return (
    <Page
      subject={data?.display_name || name}
      above={
        <Link href="/" className={styles.back}>
          {TEXT.back}
        </Link>
      }
      actions={data && menu(data)}
    >
      <nav className={styles.tabs} aria-label={TEXT.tabs}>
        {TABS.map(([path, title]) => (
          <Link
            key={path}
            href={scenarioPath(name, path)}
            className={styles.tab}
            aria-current={path === tab ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </nav>
      {problem && (
        <ErrorMessage
          title={TEXT.failed}
          detail={problem.detail}
          requestId={problem.requestId}
          onRetry={() => void refetch()}
        />
      )}
      {isPending && (
        <AfterAWhile>
          <SkeletonLines lines={8} label={TEXT.loading} />
        </AfterAWhile>
      )}
      {data && tab === '' && <Overview scenario={data} />}
      {data && tab === 'graph' && (
        <Suspense fallback={<SkeletonLines lines={12} label={TEXT.loading} />}>
          {graph(data)}
        </Suspense>
      )}
    </Page>
  );
}
