import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { OpenRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';

import { scenarioNamesQuery } from './queries';
import { text } from './text';
import type { Job } from './types';

const useStyles = makeStyles({
  gone: {
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    paddingInline: tokens.spacingHorizontalS,
  },
});

/** Opens what a job has loaded, or says that it is gone. */
export function ScenarioLink({ job, tabIndex }: { job: Job; tabIndex: 0 | -1 }) {
  const styles = useStyles();
  const [, navigate] = useLocation();
  const { data: names } = useQuery(scenarioNamesQuery());
  const loaded = job.steps.some((step) => step.name === 'metadata' && step.status === 'done');
  if (!loaded || !names) return null;
  if (!names.has(job.scenario_name))
    return <span className={styles.gone}>{text.scenarioGone}</span>;
  const href = `/scenarios/${job.scenario_name}`;
  return (
    <Button
      size="small"
      appearance="subtle"
      as="a"
      href={href}
      tabIndex={tabIndex}
      icon={<OpenRegular />}
      aria-label={text.openScenario(job.scenario_name)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        navigate(href);
      }}
    >
      <span>{text.open}</span>
    </Button>
  );
}
