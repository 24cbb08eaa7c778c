import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'wouter';

import { knowledgeQuery, promptsQuery, type Kind } from '@/api/scenarios';
import { withParameters } from '@/lib/url';

import { QueryPanel } from './Panel';
import { SLOT_NAMES } from './text';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    maxHeight: '420px',
    margin: 0,
    padding: 0,
    overflowY: 'auto',
    listStyleType: 'none',
  },
  link: {
    display: 'block',
    padding: `${tokens.spacingVerticalSNudge} 0`,
    color: tokens.colorBrandForegroundLink,
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});

export function KnowledgeList({ name, kind }: { name: string; kind: Kind }) {
  return (
    <QueryPanel title={SLOT_NAMES[kind]} query={useQuery(knowledgeQuery(name, kind))}>
      {(documents) => (
        <TextList items={documents.map(({ id, title }) => ({ address: `${kind}/${id}`, title }))} />
      )}
    </QueryPanel>
  );
}

export function PromptList({ name }: { name: string }) {
  return (
    <QueryPanel title={SLOT_NAMES.prompts} query={useQuery(promptsQuery(name))}>
      {(prompts) => (
        <TextList
          items={prompts.map((prompt) => ({
            address: `prompts/${prompt.id}`,
            title: prompt.name,
            note: `version ${prompt.version}`,
          }))}
        />
      )}
    </QueryPanel>
  );
}

function TextList(props: { items: { address: string; title: string; note?: string }[] }) {
  const styles = useStyles();
  const [path] = useLocation();
  const [search] = useSearchParams();
  return (
    <ul className={styles.list}>
      {props.items.map(({ address, title, note }) => (
        <li key={address}>
          <Link
            href={`${path}?${withParameters(search, { read: address })}`}
            className={styles.link}
          >
            {title}
          </Link>
          {note && <span className={styles.quiet}>{note}</span>}
        </li>
      ))}
    </ul>
  );
}
