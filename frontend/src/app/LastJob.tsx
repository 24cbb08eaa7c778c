import { makeStyles, tokens } from '@fluentui/react-components';

import { useJobs } from '@/features/jobs';
import { jobWord, shownJob } from '@/features/jobs/states';
import { StatusIcon } from '@/features/jobs/StatusIcon';

const useStyles = makeStyles({
  job: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
});

/** The state of a scenario's newest job, if it is among those that are known. */
export function LastJob({ scenario }: { scenario: string }) {
  const styles = useStyles();
  const newest = useJobs()
    .jobs.filter((job) => job.scenario_name === scenario)
    .toSorted((a, b) => b.created_at.localeCompare(a.created_at))[0];
  if (!newest) return null;
  return (
    <span className={styles.job}>
      <StatusIcon shown={shownJob(newest)} pct={newest.overall_pct} />
      <span>{jobWord(newest)}</span>
    </span>
  );
}
