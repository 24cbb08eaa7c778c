import { makeStyles, tokens, typographyStyles } from '@fluentui/react-components';
import { useEffect, useEffectEvent, useState } from 'react';

import { droppedFiles } from '@/lib/droppedFiles';

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

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** The whole window, while files are dragged over it. */
export function DropTarget(props: { disabled: boolean; onDrop: (files: File[]) => void }) {
  const styles = useStyles();
  const [over, setOver] = useState(false);
  const take = useEffectEvent(async (transfer: DataTransfer) => {
    props.onDrop(await droppedFiles(transfer));
  });
  useEffect(() => {
    if (props.disabled) return undefined; // the dialog has one of its own
    const allow = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      void take(event.dataTransfer);
    };
    document.addEventListener('dragover', allow);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', allow);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, [props.disabled]);
  return over ? <div className={styles.target}>{TEXT.drop}</div> : null;
}
