import { makeStyles, tokens, typographyStyles } from '@fluentui/react-components';

import { useWindowDrop } from '@/ui/useWindowDrop';

import { TEXT } from './text';

const useStyles = makeStyles({
  target: {
    ...typographyStyles.title3,
    position: 'fixed',
    inset: tokens.spacingHorizontalM,
    zIndex: 1000,
    display: 'grid',
    placeItems: 'center',
    border: `3px dashed ${tokens.colorBrandStroke1}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    opacity: 0.92,
    pointerEvents: 'none',
  },
});

/** The whole window, while files are dragged over it. */
export function DropTarget({ onDrop }: { onDrop: (files: File[]) => void }) {
  const styles = useStyles();
  return useWindowDrop(onDrop) && <div className={styles.target}>{TEXT.drop}</div>;
}
