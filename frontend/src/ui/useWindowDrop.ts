import { useEffect, useEffectEvent, useState } from 'react';

import { carriesFiles, droppedFiles } from '@/lib/droppedFiles';

/** Takes files that are dropped anywhere; says whether some are being dragged.
 *
 * `refuses` shows that none are taken now. Without any listener the browser would leave the page
 * and open the file.
 */
export function useWindowDrop(onFiles: (files: File[]) => void, refuses = false): boolean {
  const [isOver, setIsOver] = useState(false);
  const take = useEffectEvent(async (transfer: DataTransfer) => {
    onFiles(await droppedFiles(transfer));
  });
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (refuses) event.dataTransfer.dropEffect = 'none';
      else setIsOver(true);
    };
    const leave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setIsOver(false);
    const drop = (event: DragEvent) => {
      setIsOver(false);
      if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (!refuses) void take(event.dataTransfer);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, [refuses]);
  return isOver;
}
