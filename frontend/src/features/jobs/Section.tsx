import { makeStyles, Subtitle2, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({ heading: { margin: `0 0 ${tokens.spacingVerticalS}` } });

/** A part of a job's page. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section aria-label={title}>
      <Subtitle2 as="h2" block className={styles.heading}>
        {title}
      </Subtitle2>
      {children}
    </section>
  );
}
