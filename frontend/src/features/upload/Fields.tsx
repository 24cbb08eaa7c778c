import {
  Badge,
  Field,
  Input,
  makeStyles,
  Radio,
  RadioGroup,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { api, body, type ApiSchemas } from '@/api/client';
import { toProblem } from '@/api/problem';
import { FABRIC } from '@/lib/backends';
import { ErrorMessage } from '@/ui/states';

import { nameProblem } from './scenarioName';
import { backendName, TEXT } from './text';
import type { Workspace } from './uploadState';

const useStyles = makeStyles({
  name: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  input: { flex: '1 1 220px', maxWidth: '340px' },
  label: { display: 'flex', flexDirection: 'column', overflowWrap: 'anywhere' },
  backend: { display: 'flex', flexWrap: 'wrap', alignItems: 'center' },
  dim: { opacity: 0.4 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** The scenario's name, judged while it is typed. */
export function NameField(props: {
  name: string;
  /** As the manifest has it. */
  written: string;
  isEdited: boolean;
  exists: boolean;
  disabled: boolean;
  onChange: (name: string) => void;
}) {
  const styles = useStyles();
  const { name, written, isEdited } = props;
  const problem = name || isEdited ? nameProblem(name) : null;
  const hint = isEdited ? TEXT.nameInFiles(written) : TEXT.nameWas(written);
  const differs = written !== '' && written !== name;
  return (
    <Field
      label={TEXT.name}
      validationState={problem ? 'error' : 'none'}
      validationMessage={problem ?? undefined}
      hint={differs && !problem ? hint : undefined}
    >
      {(field) => (
        <div className={styles.name}>
          <Input
            {...field}
            className={styles.input}
            value={name}
            disabled={props.disabled}
            spellCheck={false}
            autoComplete="off"
            onChange={(_, { value }) => props.onChange(value)}
          />
          {name && !problem && (
            <Badge appearance="tint" color={props.exists ? 'warning' : 'success'}>
              {props.exists ? TEXT.nameExists : TEXT.nameIsNew}
            </Badge>
          )}
        </div>
      )}
    </Field>
  );
}

export type Backend = ApiSchemas['Backend'];

export const backendsQuery = () =>
  queryOptions({
    queryKey: ['backends'],
    queryFn: async ({ signal }) => (await body(api.GET('/api/backends', { signal }))).backends,
  });

/** Where to load. What can't be chosen can be reached, and says why. */
export function BackendChooser(props: {
  selected: string;
  disabled: boolean;
  /** Where in Fabric; null where no workspace is connected. */
  workspace: Workspace | null | undefined;
  /** Changes that. */
  workspaceButton: ReactNode;
  onSelect: (id: string) => void;
}) {
  const styles = useStyles();
  const { data, error, refetch } = useQuery(backendsQuery());
  if (error && !data) {
    const { detail, requestId } = toProblem(error);
    return (
      <ErrorMessage
        title={TEXT.backendsFailed}
        detail={detail}
        requestId={requestId}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!data) return <Spinner size="tiny" label={TEXT.backendsLoading} labelPosition="after" />;
  const choose = (id: string) => {
    if (data.some((backend) => backend.id === id && backend.available)) props.onSelect(id);
  };
  return (
    <Field label={TEXT.backend}>
      <RadioGroup
        value={props.selected}
        disabled={props.disabled}
        onChange={(_, { value }) => choose(value)}
      >
        {data.map((backend) => (
          <div key={backend.id} className={styles.backend}>
            <Radio
              value={backend.id}
              aria-disabled={!backend.available}
              indicator={backend.available ? undefined : { className: styles.dim }}
              label={<BackendLabel backend={backend} workspace={props.workspace} />}
            />
            {backend.id === FABRIC && backend.available && props.workspaceButton}
          </div>
        ))}
      </RadioGroup>
    </Field>
  );
}

function BackendLabel(props: { backend: Backend; workspace: Workspace | null | undefined }) {
  const styles = useStyles();
  const { id, available, reason } = props.backend;
  const workspace = id === FABRIC && available ? props.workspace : undefined;
  return (
    <span className={styles.label}>
      <span className={available ? undefined : styles.quiet}>
        {backendName(id)}
        {!available && ` – ${TEXT.unavailable}`}
        {workspace && ` – ${TEXT.workspace(workspace.name)}`}
      </span>
      {(reason || workspace === null) && (
        <Text size={200} className={styles.quiet}>
          {reason || TEXT.noWorkspace}
        </Text>
      )}
    </span>
  );
}
