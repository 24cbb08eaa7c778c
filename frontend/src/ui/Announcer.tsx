import { makeStyles } from '@fluentui/react-components';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

import { paced } from './paced';

export type Announce = (text: string) => void;

const AnnounceContext = createContext<Announce>(() => undefined);

const useStyles = makeStyles({
  unseen: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});

/** Says a text to those who listen to the page; at most one in 5 s, and none is lost. */
export function useAnnounce(): Announce {
  return useContext(AnnounceContext);
}

/** Holds the page's one polite live region. */
export function Announcer({ children }: { children: ReactNode }) {
  const styles = useStyles();
  const [said, setSaid] = useState({ text: '', times: 0 });
  const saying = useMemo(
    () => paced((text) => setSaid(({ times }) => ({ text, times: times + 1 }))),
    [],
  );
  useEffect(() => saying.stop, [saying]);
  // a text that is said twice has to be a change, or the second time is not heard
  const text = useMemo(() => said.text + '\u00a0'.repeat(said.times % 2), [said]);
  return (
    <AnnounceContext value={saying.add}>
      {children}
      {createPortal(
        <div
          className={styles.unseen}
          role="status"
          aria-live="polite"
          aria-label="Announcements"
          data-tabster-never-hide="" // a drawer or dialog hides all else from those who listen
        >
          {text}
        </div>,
        document.body,
      )}
    </AnnounceContext>
  );
}
