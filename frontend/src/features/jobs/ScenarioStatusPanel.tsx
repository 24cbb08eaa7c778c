import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { Link } from 'wouter';

import { FocusReturn } from '@/ui/FocusReturn';

import { JobsView } from './JobsView';
import { text } from './text';
import { EVERYTHING } from './types';
import { DRAWER_FILTER, useFilterInAddress } from './useFilterInAddress';

const useStyles = makeStyles({
  drawer: { width: '500px', maxWidth: '100vw', '@media (max-width: 640px)': { width: '100vw' } },
  body: {
    padding: `0 ${tokens.spacingHorizontalM} ${tokens.spacingVerticalM}`,
    overflow: 'hidden',
  },
  link: { color: tokens.colorBrandForegroundLink, fontSize: tokens.fontSizeBase200 },
  actions: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM },
});

export interface ScenarioStatusPanelProps {
  open: boolean;
  onClose: () => void;
  /** The job to show first; empty for none. */
  focusJobId?: string;
}

/** All jobs, beside the page. */
export function ScenarioStatusPanel({ open, onClose, focusJobId = '' }: ScenarioStatusPanelProps) {
  const styles = useStyles();
  const [filter, setFilter] = useFilterInAddress(DRAWER_FILTER);
  const close = () => {
    setFilter(EVERYTHING);
    onClose();
  };
  return (
    <OverlayDrawer
      open={open}
      position="end"
      className={styles.drawer}
      aria-label={text.jobs}
      onOpenChange={(_, { open }) => !open && close()}
    >
      <FocusReturn />
      <DrawerHeader>
        <DrawerHeaderTitle
          heading={{ as: 'h2' }}
          action={
            <div className={styles.actions}>
              <Link href="/jobs" className={styles.link}>
                {text.allJobs}
              </Link>
              <Button
                appearance="subtle"
                aria-label={text.close}
                icon={<DismissRegular />}
                onClick={close}
              />
            </div>
          }
        >
          {text.jobs}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody className={styles.body}>
        <JobsView filter={filter} onFilter={setFilter} focusJobId={focusJobId} />
      </DrawerBody>
    </OverlayDrawer>
  );
}
