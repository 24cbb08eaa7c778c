import { makeStyles, tokens } from '@fluentui/react-components';
import { lazy, Suspense } from 'react';

import type { Scenario } from '@/api/scenarios';
import { useUrlParameter } from '@/ui/useUrlParameter';

import { About } from './About';
import { GraphSummary } from './GraphSummary';
import { Parts } from './Parts';
import { Tables } from './Tables';
import { KnowledgeList, PromptList } from './Texts';

const Reader = lazy(() => import('./Reader'));

const useStyles = makeStyles({
  panels: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingHorizontalL,
  },
  texts: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 280px), 1fr))',
    alignItems: 'start',
    gap: tokens.spacingHorizontalL,
  },
});

export function Overview({ scenario }: { scenario: Scenario }) {
  const styles = useStyles();
  const [reading, read] = useUrlParameter('read');
  const { name, parts } = scenario;
  return (
    <div className={styles.panels}>
      <About scenario={scenario} />
      <Parts parts={parts} />
      {parts['graph'] && <GraphSummary scenario={scenario} counts={parts['graph'].counts} />}
      {parts['telemetry'] && <Tables name={name} />}
      <div className={styles.texts}>
        {parts['runbooks'] && <KnowledgeList name={name} kind="runbooks" />}
        {parts['tickets'] && <KnowledgeList name={name} kind="tickets" />}
        {parts['prompts'] && <PromptList name={name} />}
      </div>
      <Suspense>
        {reading && (
          <Reader name={name} address={reading} onClose={() => read(null, { replace: true })} />
        )}
      </Suspense>
    </div>
  );
}
