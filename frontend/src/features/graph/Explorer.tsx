import { Button, makeStyles, SearchBox, ToggleButton, tokens } from '@fluentui/react-components';
import { ArrowMaximizeRegular, StopRegular, TableRegular } from '@fluentui/react-icons';
import { useMemo, useRef, useState } from 'react';

import { formatNumber } from '@/lib/format';
import { useUrlParameter } from '@/ui/useUrlParameter';

import type { LabelStyle } from '@/lib/labelStyles';
import { TEXT } from './text';
import { Canvas } from './Canvas';
import type { Drawing } from './drawing';
import { Legend } from './Legend';
import { find, type Model } from './model';
import { SidePanel } from './SidePanel';
import { VertexTable } from './VertexTable';

const NARROW = '@media (max-width: 800px)';

const useStyles = makeStyles({
  frame: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    overflow: 'hidden',
  },
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: tokens.spacingHorizontalS,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  find: { flexGrow: 1, minWidth: '180px', maxWidth: '320px' },
  shown: { marginInlineStart: 'auto', color: tokens.colorNeutralForeground2 },
  views: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) 320px',
    // so that the legend below is in sight too
    gridTemplateRows: 'minmax(360px, calc(100vh - 360px))',
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)', gridTemplateRows: 'auto' },
  },
  side: {
    display: 'grid',
    minHeight: 0,
    borderInlineStartWidth: '1px',
    borderInlineStartStyle: 'solid',
    borderInlineStartColor: tokens.colorNeutralStroke2,
    [NARROW]: {
      borderInlineStartWidth: 0,
      borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  notice: { margin: 0, padding: tokens.spacingHorizontalM },
});

interface Props {
  model: Model;
  /** How many vertices of each label the whole graph has. */
  totals: Record<string, number>;
  styles: Map<string, LabelStyle>;
  onLoadAll: (() => void) | null;
}

/** The graph as drawing or table, and what is known about a vertex beside it. */
export function Explorer({ model, totals, styles, onLoadAll }: Props) {
  const classes = useStyles();
  const drawing = useRef<Drawing>(null);
  const [selected, setSelected] = useUrlParameter('vertex');
  const [words, setWords] = useUrlParameter('q');
  const [hiddenText, setHidden] = useUrlParameter('hidden');
  const [view, setView] = useUrlParameter('view');
  const [moving, setMoving] = useState(true);
  const [failed, setFailed] = useState(false);
  const hidden = useMemo(
    () => new Set(hiddenText ? hiddenText.split(',').map(decodeURIComponent) : []),
    [hiddenText],
  );
  const vertices = useMemo(() => {
    const among = words ? find(model.vertices, words) : model.vertices;
    return among.filter(({ label }) => !hidden.has(label));
  }, [model, words, hidden]);
  const asTable = view === 'table' || failed;
  const all = Object.values(totals).reduce((total, each) => total + each, 0);

  const select = (id: string | null) => {
    setSelected(id);
    if (id) drawing.current?.goTo(id);
  };
  const toggle = (label: string, shown: boolean) => {
    const labels = new Set(hidden);
    if (shown) labels.delete(label);
    else labels.add(label);
    setHidden([...labels].map(encodeURIComponent).join(',') || null, { replace: true });
  };
  return (
    <div className={classes.frame}>
      <div className={classes.bar}>
        <SearchBox
          className={classes.find}
          aria-label={TEXT.find}
          placeholder={TEXT.find}
          value={words ?? ''}
          onChange={(_, { value }) => {
            setWords(value || null, { replace: true });
            if (selected) setSelected(null, { replace: true });
          }}
          onKeyDown={({ key }) => {
            const [first] = vertices;
            if (key === 'Enter' && words && first) select(first.id);
          }}
        />
        {!asTable && (
          <Button icon={<ArrowMaximizeRegular />} onClick={() => drawing.current?.fit()}>
            {TEXT.fit}
          </Button>
        )}
        {!asTable && moving && (
          <Button
            icon={<StopRegular />}
            onClick={() => {
              drawing.current?.stopLayout();
              setMoving(false);
            }}
          >
            {TEXT.stop}
          </Button>
        )}
        <ToggleButton
          icon={<TableRegular />}
          checked={asTable}
          onClick={() => setView(asTable ? null : 'table', { replace: true })}
        >
          {TEXT.asTable}
        </ToggleButton>
        <span className={classes.shown}>
          {TEXT.shown(formatNumber(model.vertices.length), formatNumber(all))}
        </span>
        {onLoadAll && <Button onClick={onLoadAll}>{TEXT.loadAll}</Button>}
      </div>
      {failed && <p className={classes.notice}>{TEXT.noWebGl}</p>}
      <div className={classes.views}>
        {asTable ? (
          <VertexTable model={model} vertices={vertices} selected={selected} onSelect={select} />
        ) : (
          <Canvas
            model={model}
            styles={styles}
            selected={selected}
            hidden={hidden}
            onReady={(ready) => {
              drawing.current = ready;
            }}
            onSelect={setSelected}
            onSettled={() => setMoving(false)}
            onFailed={() => setFailed(true)}
          />
        )}
        <div className={classes.side}>
          <SidePanel model={model} words={words ?? ''} selected={selected} onSelect={select} />
        </div>
      </div>
      <Legend counts={totals} styles={styles} hidden={hidden} onToggle={toggle} />
    </div>
  );
}
