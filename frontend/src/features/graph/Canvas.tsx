import { makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useEffectEvent, useRef } from 'react';

import type { LabelStyle } from '@/lib/labelStyles';
import { TEXT } from './text';
import { Drawing, type View } from './drawing';
import type { Model } from './model';

const useStyles = makeStyles({
  canvas: {
    position: 'relative',
    height: '100%',
    minHeight: '360px',
    overflow: 'hidden',
    backgroundColor: tokens.colorNeutralBackground1,
  },
});

interface Props {
  model: Model;
  styles: Map<string, LabelStyle>;
  selected: string | null;
  hidden: ReadonlySet<string>;
  onSelect: (id: string | null) => void;
  onSettled: () => void;
  /** There is no WebGL. */
  onFailed: () => void;
  /** Gets what buttons act on; null when it is gone. */
  onReady: (drawing: Drawing | null) => void;
}

export function Canvas({ model, styles, selected, hidden, ...on }: Props) {
  const classes = useStyles();
  const container = useRef<HTMLDivElement>(null);
  const viewNow = useEffectEvent((): View => {
    const of = container.current ? getComputedStyle(container.current) : null;
    const token = (name: string) => of?.getPropertyValue(name).trim() || '#888';
    return {
      selected,
      hidden,
      colours: {
        text: token('--colorNeutralForeground1'),
        edge: token('--colorNeutralStroke1'),
        faint: token('--colorNeutralStroke2'),
        ground: token('--colorNeutralBackground1'),
      },
    };
  });
  const select = useEffectEvent(on.onSelect);
  const settled = useEffectEvent(on.onSettled);
  const failed = useEffectEvent(on.onFailed);
  const ready = useEffectEvent(on.onReady);
  const drawing = useRef<Drawing>(null);
  useEffect(() => {
    if (!container.current) return undefined;
    const callbacks = { select: (id: string | null) => select(id), settled: () => settled() };
    try {
      drawing.current = new Drawing(container.current, model, styles, viewNow(), callbacks);
    } catch {
      failed(); // sigma throws where WebGL is off
    }
    ready(drawing.current);
    return () => {
      drawing.current?.destroy();
      drawing.current = null;
      ready(null);
    };
  }, [model, styles]);
  useEffect(() => {
    drawing.current?.show(viewNow());
  });
  return <div ref={container} className={classes.canvas} role="img" aria-label={TEXT.drawing} />;
}
