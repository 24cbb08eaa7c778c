import { makeStyles, tokens, typographyStyles } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useId, useRef } from 'react';

import { connectionsQuery, type Connection } from '@/api/fabric';
import { toProblem } from '@/api/problem';
import { AfterAWhile, ErrorMessage, SkeletonLines, StateMessage } from '@/ui/states';

import { ConnectionForm } from './ConnectionForm';
import { ConnectionList } from './ConnectionList';
import { TEXT } from './text';

/** Somebody elsewhere may select another one while this is looked at. */
const EVERY = 5_000;

const useStyles = makeStyles({
  panel: { display: 'grid', gap: tokens.spacingVerticalXL, gridTemplateColumns: 'minmax(0, 1fr)' },
  intro: { margin: 0, color: tokens.colorNeutralForeground2 },
  heading: {
    ...typographyStyles.subtitle2,
    margin: `0 0 ${tokens.spacingVerticalS}`,
    outlineStyle: 'none',
  },
});

interface Props {
  /** Called with what was just connected. */
  onSaved?: (connection: Connection) => void;
}

/** The service has no connections at all where Fabric is switched off. */
function isOff(error: unknown): boolean {
  return error !== null && toProblem(error).status === 404;
}

/** Connected workspaces: see, add, choose and delete them. */
export function FabricConnectionPanel({ onSaved }: Props) {
  const styles = useStyles();
  const { data, error, isPending, refetch } = useQuery({
    ...connectionsQuery(),
    refetchInterval: ({ state }) => !isOff(state.error) && EVERY,
  });
  const problem = error && toProblem(error);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  if (problem && isOff(error)) return <StateMessage title={TEXT.off} body={problem.detail} />;
  return (
    <div className={styles.panel}>
      <p className={styles.intro}>{TEXT.intro}</p>
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
          <SkeletonLines label={TEXT.loading} />
        </AfterAWhile>
      )}
      <div ref={list} data-connections="" tabIndex={-1} style={{ outlineStyle: 'none' }}>
        {data?.length === 0 && <StateMessage title={TEXT.empty} body={TEXT.emptyBody} />}
        {data && data.length > 0 && <ConnectionList connections={data} />}
      </div>
      {data && (
        <section aria-labelledby={id}>
          <h2 id={id} className={styles.heading}>
            {TEXT.add}
          </h2>
          <ConnectionForm
            onSaved={(connection) => {
              list.current?.focus();
              onSaved?.(connection);
            }}
          />
        </section>
      )}
    </div>
  );
}
