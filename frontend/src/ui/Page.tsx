import { makeStyles, tokens, typographyStyles } from '@fluentui/react-components';
import { createContext, useContext, useEffect, useRef, type ReactNode } from 'react';

/** What stands before every title of the document, such as `(2) `. */
export const TitlePrefix = createContext('');

const useStyles = makeStyles({
  page: {
    boxSizing: 'border-box',
    width: '100%',
    maxWidth: '1200px',
    marginInline: 'auto',
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXL}`,
    '@media (max-width: 480px)': {
      padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalM}`,
    },
  },
  head: {
    display: 'flex',
    alignItems: 'start',
    gap: tokens.spacingHorizontalM,
    marginBottom: tokens.spacingVerticalL,
  },
  title: {
    ...typographyStyles.title2,
    margin: 0,
    marginInlineEnd: 'auto',
    minWidth: 0,
    overflowWrap: 'anywhere',
    outlineStyle: 'none',
    borderRadius: tokens.borderRadiusMedium,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '2px' },
  },
});

let firstPage = true;

/** A page with its subject as `h1`, which gets the focus after navigation. */
export function Page(props: {
  subject: string;
  /** Stands above the subject, such as the way back. */
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const styles = useStyles();
  const prefix = useContext(TitlePrefix);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${prefix}${props.subject} – Scenario Loader`;
  }, [prefix, props.subject]);
  useEffect(() => {
    // the browser's own first focus is right after loading
    if (!firstPage) heading.current?.focus({ preventScroll: true });
    firstPage = false;
  }, []);
  return (
    <div className={styles.page}>
      {props.above}
      <div className={styles.head}>
        <h1 className={styles.title} ref={heading} tabIndex={-1}>
          {props.subject}
        </h1>
        {props.actions}
      </div>
      {props.children}
    </div>
  );
}
