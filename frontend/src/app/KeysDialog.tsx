import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';

import { FocusReturn } from '@/ui/FocusReturn';

import { KEYS, TEXT } from './text';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    alignItems: 'baseline',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  key: {
    padding: `2px ${tokens.spacingHorizontalS}`,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    fontFamily: tokens.fontFamilyMonospace,
  },
  meaning: { margin: 0 },
});

export function KeysDialog(props: { open: boolean; onClose: () => void }) {
  const styles = useStyles();
  return (
    <Dialog open={props.open} onOpenChange={(_, { open }) => open || props.onClose()}>
      <DialogSurface style={{ maxWidth: '420px' }}>
        <FocusReturn />
        <DialogBody>
          <DialogTitle>{TEXT.keys}</DialogTitle>
          <DialogContent>
            <dl className={styles.list}>
              {KEYS.map(({ key, meaning }) => (
                <div key={key} style={{ display: 'contents' }}>
                  <dt>
                    <kbd className={styles.key}>{key}</kbd>
                  </dt>
                  <dd className={styles.meaning}>{meaning}</dd>
                </div>
              ))}
            </dl>
            <p>{TEXT.keysOff}</p>
          </DialogContent>
          <DialogActions>
            <Button onClick={props.onClose}>Close</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
