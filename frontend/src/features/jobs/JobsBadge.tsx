import { Button, CounterBadge, makeStyles, tokens } from '@fluentui/react-components';
import { TasksAppRegular } from '@fluentui/react-icons';

import { useJobs } from './LiveJobs';
import { text } from './text';
import { countActive } from './tree';

const useStyles = makeStyles({
  inside: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  word: { '@media (max-width: 640px)': { display: 'none' } },
});

/** The button that opens the panel, with the number of active jobs. */
export function JobsBadge({ onOpen }: { onOpen: () => void }) {
  const styles = useStyles();
  const active = countActive(useJobs().jobs);
  return (
    <Button
      appearance="subtle"
      icon={<TasksAppRegular />}
      aria-label={active ? text.jobsOpen(active) : text.jobs}
      aria-haspopup="dialog"
      onClick={onOpen}
    >
      <span className={styles.inside}>
        <span className={styles.word}>{text.jobs}</span>
        {active > 0 && <CounterBadge count={active} size="small" color="brand" />}
      </span>
    </Button>
  );
}
