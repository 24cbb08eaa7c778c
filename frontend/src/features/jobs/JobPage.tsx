import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';

import { toProblem, type Problem } from '@/api/problem';
import { useAnnounce } from '@/ui/Announcer';
import { Page } from '@/ui/Page';
import { AfterAWhile, ErrorMessage, StateMessage } from '@/ui/states';

import { detailsText } from './details';
import { JobButtons } from './JobButtons';
import { JsonRecord, Overview, Problems, Timeline, Warnings } from './JobSections';
import { Files, Results } from './JobTables';
import { LiveLabel } from './LiveLabel';
import { useLive } from './LiveJobs';
import { jobQuery } from './queries';
import { jobWord, shownJob } from './states';
import { StatusIcon } from './StatusIcon';
import { text } from './text';
import { target } from './tree';
import type { Job } from './types';

const useStyles = makeStyles({
  link: { color: tokens.colorBrandForegroundLink },
  state: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    fontWeight: tokens.fontWeightSemibold,
  },
  top: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  live: { marginInlineStart: 'auto' },
  sections: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXL,
    marginTop: tokens.spacingVerticalL,
  },
});

/** Everything about one job. */
export function JobPage({ id }: { id: string }) {
  const styles = useStyles();
  const { connection } = useLive();
  const { data: job, error, refetch } = useQuery(jobQuery(id, connection.live));
  const above = (
    <Link href="/jobs" className={styles.link}>
      {`← ${text.allJobs}`}
    </Link>
  );
  const problem = error && toProblem(error);
  if (problem?.status === 404) {
    return (
      <Page key="gone" subject={text.gone} above={above}>
        <StateMessage title={text.gone} body={text.goneHint} />
      </Page>
    );
  }
  if (job) return <Known key={job.id} job={job} above={above} failed={problem ?? null} />;
  return (
    <Page key="unknown" subject={text.job} above={above}>
      {problem ? (
        <ErrorMessage
          title={text.notReadJob}
          detail={problem.detail}
          requestId={problem.requestId}
          onRetry={() => void refetch()}
        />
      ) : (
        <AfterAWhile>
          <p>{text.readingJob}</p>
        </AfterAWhile>
      )}
    </Page>
  );
}

function Known({
  job,
  above,
  failed,
}: {
  job: Job;
  above: React.ReactNode;
  failed: Problem | null;
}) {
  const styles = useStyles();
  const [, navigate] = useLocation();
  const [refused, setRefused] = useState<Problem | null>(null);
  const shown = refused ?? failed;
  return (
    <Page
      subject={`${job.scenario_name} → ${target(job)}`}
      above={above}
      actions={<CopyDetails job={job} />}
    >
      {shown && (
        <ErrorMessage title={shown.title} detail={shown.detail} requestId={shown.requestId} />
      )}
      <div className={styles.top}>
        <span className={styles.state}>
          <StatusIcon shown={shownJob(job)} pct={job.overall_pct} />
          <span>{jobWord(job)}</span>
        </span>
        <JobButtons
          job={job}
          withoutDetails
          onProblem={(_, problem) => setRefused(problem)}
          onDeleted={() => navigate('/jobs')}
        />
        <span className={styles.live}>
          <LiveLabel />
        </span>
      </div>
      <div className={styles.sections}>
        <Problems job={job} />
        <Overview job={job} />
        <Timeline job={job} />
        <Warnings job={job} />
        <Results job={job} />
        <Files job={job} />
        <JsonRecord job={job} />
      </div>
    </Page>
  );
}

function CopyDetails({ job }: { job: Job }) {
  const announce = useAnnounce();
  const [said, setSaid] = useState<string | null>(null);
  const copy = async () => {
    // where the page is not served securely there is no clipboard
    const done = await navigator.clipboard?.writeText(detailsText(job)).then(
      () => true,
      () => false,
    );
    const words = done ? text.copied : text.notCopied;
    setSaid(words);
    announce(words);
  };
  return (
    <Button icon={<CopyRegular />} onClick={() => void copy()}>
      <span>{said ?? text.copy}</span>
    </Button>
  );
}
