import { Badge, Button, makeStyles, tokens, typographyStyles } from '@fluentui/react-components';

import type { Vertex } from '@/api/scenarios';
import { formatCount, formatNumber } from '@/lib/format';

import { TEXT } from './text';
import { byEdgeLabel, find, nameOf, type Model } from './model';

const MOST = 50;

const useStyles = makeStyles({
  side: {
    display: 'grid',
    alignContent: 'start',
    gap: tokens.spacingVerticalS,
    boxSizing: 'border-box',
    padding: tokens.spacingHorizontalL,
    overflowY: 'auto',
    overflowWrap: 'anywhere',
  },
  heading: { ...typographyStyles.subtitle2, margin: 0 },
  smaller: { ...typographyStyles.body1Strong, margin: `${tokens.spacingVerticalS} 0 0` },
  list: { display: 'grid', margin: 0, padding: 0, listStyleType: 'none' },
  pick: { justifyContent: 'start', minWidth: 0, maxWidth: '100%', textAlign: 'start' },
  quiet: { margin: 0, color: tokens.colorNeutralForeground2 },
  properties: {
    display: 'grid',
    gridTemplateColumns: 'minmax(80px, max-content) 1fr',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    margin: 0,
  },
  value: { margin: 0 },
});

interface Props {
  model: Model;
  words: string;
  selected: string | null;
  onSelect: (id: string | null) => void;
}

/** The selected vertex, else what was found. */
export function SidePanel({ model, words, selected, onSelect }: Props) {
  const styles = useStyles();
  const vertex = selected === null ? null : model.byId.get(selected);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
    <section className={styles.side} aria-label="Details" tabIndex={0}>
      {vertex && <VertexDetails model={model} vertex={vertex} onSelect={onSelect} />}
      {vertex === undefined && <p className={styles.quiet}>{TEXT.missing}</p>}
      {vertex === null && words && (
        <Matches found={find(model.vertices, words)} onSelect={onSelect} />
      )}
      {vertex === null && !words && <p className={styles.quiet}>{TEXT.pick}</p>}
    </section>
  );
}

function Matches(props: { found: Vertex[]; onSelect: (id: string) => void }) {
  const styles = useStyles();
  const count = props.found.length;
  return (
    <>
      <h2 className={styles.heading} aria-live="polite">
        {count ? TEXT.matches(formatNumber(count)) : TEXT.noMatches}
      </h2>
      <VertexList vertices={props.found.slice(0, MOST)} onSelect={props.onSelect} />
      {count > MOST && <p className={styles.quiet}>{TEXT.more(formatNumber(count - MOST))}</p>}
    </>
  );
}

function VertexList(props: { vertices: Vertex[]; onSelect: (id: string) => void }) {
  const styles = useStyles();
  return (
    <ul className={styles.list}>
      {props.vertices.map((vertex) => (
        <li key={vertex.id}>
          <Button
            appearance="transparent"
            className={styles.pick}
            onClick={() => props.onSelect(vertex.id)}
          >
            {nameOf(vertex)}
          </Button>
          <span className={styles.quiet}>{vertex.label}</span>
        </li>
      ))}
    </ul>
  );
}

function VertexDetails(props: {
  model: Model;
  vertex: Vertex;
  onSelect: (id: string | null) => void;
}) {
  const styles = useStyles();
  const { model, vertex, onSelect } = props;
  const neighbours = model.neighbours.get(vertex.id) ?? [];
  return (
    <>
      <h2 className={styles.heading}>{nameOf(vertex)}</h2>
      <div>
        <Badge appearance="outline">{vertex.label}</Badge>{' '}
        <Button size="small" onClick={() => onSelect(null)}>
          {TEXT.clear}
        </Button>
      </div>
      <dl className={styles.properties}>
        {Object.entries(vertex.properties).map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt className={styles.quiet}>{name}</dt>
            <dd className={styles.value}>{String(value)}</dd>
          </div>
        ))}
      </dl>
      <h3 className={styles.smaller}>{formatCount(neighbours.length, 'neighbour')}</h3>
      <p className={styles.quiet}>{TEXT.amongShown}</p>
      {byEdgeLabel(neighbours).map(([label, group]) => (
        <section key={label} aria-label={label}>
          <h4 className={styles.smaller}>
            {label}: {formatNumber(group.length)}
          </h4>
          <VertexList
            vertices={[...new Set(group.map((each) => each.vertex))].slice(0, MOST)}
            onSelect={onSelect}
          />
          {group.length > MOST && (
            <p className={styles.quiet}>and {formatNumber(group.length - MOST)} more</p>
          )}
        </section>
      ))}
    </>
  );
}
