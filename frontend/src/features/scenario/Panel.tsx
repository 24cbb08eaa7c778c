import { makeStyles, tokens, typographyStyles } from '@fluentui/react-components';
import type { UseQueryResult } from '@tanstack/react-query';
import { useId, type ReactNode } from 'react';

import { toProblem } from '@/api/problem';
import { AfterAWhile, ErrorMessage, SkeletonLines } from '@/ui/states';

import { TEXT } from './text';

const useStyles = makeStyles({
  panel: {
    boxSizing: 'border-box',
    minWidth: 0,
    padding: tokens.spacingHorizontalL,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    overflowWrap: 'anywhere',
  },
  title: { ...typographyStyles.subtitle2, margin: `0 0 ${tokens.spacingVerticalM}` },
});

export function Panel({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  const id = useId();
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <h2 className={styles.title} id={id}>
        {title}
      </h2>
      {children}
    </section>
  );
}

/** A panel around what a query brings: a skeleton, what went wrong, or its content. */
export function QueryPanel<T>(props: {
  title: string;
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}) {
  const { data, error, isPending, refetch } = props.query;
  const problem = error && toProblem(error);
  return (
    <Panel title={props.title}>
      {problem && (
        <ErrorMessage
          title={TEXT.partFailed(props.title)}
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
      {data !== undefined && props.children(data)}
    </Panel>
  );
}
