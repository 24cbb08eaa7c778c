import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Skeleton,
  SkeletonItem,
  Subtitle1,
  tokens,
} from '@fluentui/react-components';
import { useEffect, useState, type ReactNode } from 'react';

const useStyles = makeStyles({
  state: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXXXL} ${tokens.spacingHorizontalL}`,
    textAlign: 'center',
  },
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'center',
    gap: tokens.spacingHorizontalM,
  },
  body: { whiteSpace: 'normal', overflowWrap: 'anywhere' },
  lines: { display: 'grid', gap: tokens.spacingVerticalM },
  id: { fontFamily: tokens.fontFamilyMonospace, color: tokens.colorNeutralForeground2 },
});

/** Nothing there, and what to do about it. */
export function StateMessage(props: { title: string; body?: ReactNode; actions?: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.state}>
      <Subtitle1 as="h2" align="center" style={{ margin: 0 }}>
        {props.title}
      </Subtitle1>
      {props.body && <div>{props.body}</div>}
      {props.actions && <div className={styles.actions}>{props.actions}</div>}
    </div>
  );
}

/** What happened, what to do, the request's id, and a way to try again. */
export function ErrorMessage(props: {
  title: string;
  detail: string;
  requestId?: string | null;
  onRetry?: () => void;
}) {
  const styles = useStyles();
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody className={styles.body}>
        <MessageBarTitle>{props.title}</MessageBarTitle>
        {props.detail}
        {props.requestId && (
          <>
            {' '}
            <span className={styles.id}>Request {props.requestId}</span>
          </>
        )}
      </MessageBarBody>
      {props.onRetry && (
        <MessageBarActions>
          <Button onClick={props.onRetry}>Retry</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

const PATIENCE = 200;

/** Its children, such as a skeleton, only once one has waited for 200 ms. */
export function AfterAWhile({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE);
    return () => clearTimeout(timer);
  }, []);
  return shown ? children : null;
}

export function SkeletonLines({ lines = 4, label }: { lines?: number; label: string }) {
  return (
    <Skeleton className={useStyles().lines} aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines have only their place
        <SkeletonItem key={index} size={16} style={{ width: `${90 - (index % 3) * 15}%` }} />
      ))}
    </Skeleton>
  );
}
