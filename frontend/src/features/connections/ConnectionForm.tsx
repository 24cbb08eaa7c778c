import { Button, Field, Input, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useState } from 'react';

import type { Connection } from '@/api/fabric';
import { toProblem } from '@/api/problem';
import { ErrorMessage } from '@/ui/states';

import { Facts } from './Facts';
import { verdict } from './verdicts';
import { TEXT } from './text';
import { useCheck } from './useCheck';
import { useAddConnection } from './useConnectionActions';
import { faultsOf, NOTHING_TYPED, wantedOf, type Faults, type Typed } from './wanted';

const useStyles = makeStyles({
  form: {
    maxWidth: '760px',
    display: 'grid',
    gap: tokens.spacingVerticalM,
    gridTemplateColumns: 'minmax(0, 1fr)',
  },
  names: {
    display: 'grid',
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 240px), 1fr))',
  },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  result: { display: 'grid', gap: tokens.spacingVerticalS },
});

/** Names a workspace, looks at it, and saves it once it can be read. Enter does what comes next. */
export function ConnectionForm({ onSaved }: { onSaved: (connection: Connection) => void }) {
  const styles = useStyles();
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [faults, setFaults] = useState<Faults>({});
  const check = useCheck();
  const saving = useAddConnection((connection) => {
    setTyped(NOTHING_TYPED);
    check.reset();
    onSaved(connection);
  });
  const isUsable = check.data?.usable ?? false;
  const change = (changes: Partial<Typed>) => {
    setTyped((before) => ({ ...before, ...changes }));
    saving.reset();
    // the name is for people alone: what was found stays true
    if ('name' in changes) return;
    setFaults({});
    check.reset();
  };
  const look = () => {
    const found = faultsOf(typed);
    setFaults(found);
    if (Object.keys(found).length === 0) check.start(wantedOf(typed));
  };
  const save = () => {
    if (isUsable && !saving.isPending)
      saving.mutate({ ...wantedOf(typed), name: typed.name.trim() });
  };
  const refused = check.error && toProblem(check.error);
  const unnamed = refused?.status === 422 ? refused.detail : undefined;
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isUsable) save();
        else look();
      }}
    >
      <Fields typed={typed} faults={{ address: unnamed, ...faults }} onChange={change} />
      {refused && !unnamed && (
        <ErrorMessage
          title={TEXT.notChecked}
          detail={refused.detail}
          requestId={refused.requestId}
        />
      )}
      {check.data && (
        <div className={styles.result}>
          <Text weight="semibold">{verdict(check.data)}</Text>
          <Facts facts={check.data.facts} label={TEXT.result} />
        </div>
      )}
      {saving.error && (
        <ErrorMessage
          title={TEXT.notSaved}
          detail={toProblem(saving.error).detail}
          requestId={toProblem(saving.error).requestId}
        />
      )}
      <div className={styles.buttons}>
        <Button
          appearance={isUsable ? 'secondary' : 'primary'}
          disabledFocusable={check.isPending}
          onClick={look}
        >
          {check.isPending ? TEXT.checking : TEXT.check}
        </Button>
        <Button
          type="submit"
          appearance={isUsable ? 'primary' : 'secondary'}
          disabledFocusable={!isUsable || saving.isPending}
          title={isUsable ? undefined : TEXT.checkFirst}
        >
          {saving.isPending ? TEXT.saving : TEXT.save}
        </Button>
      </div>
    </form>
  );
}

function Fields(props: {
  typed: Typed;
  faults: { address?: string | undefined; lakehouse?: string };
  onChange: (changes: Partial<Typed>) => void;
}) {
  const styles = useStyles();
  const { typed, faults, onChange } = props;
  const plain = { autoComplete: 'off', spellCheck: false } as const;
  return (
    <>
      <Field label={TEXT.address} hint={TEXT.addressHint} validationMessage={faults.address}>
        <Input
          {...plain}
          value={typed.address}
          onChange={(_, { value }) => onChange({ address: value })}
        />
      </Field>
      <div className={styles.names}>
        <Field label={TEXT.name} hint={TEXT.nameHint}>
          <Input
            {...plain}
            maxLength={256}
            value={typed.name}
            onChange={(_, { value }) => onChange({ name: value })}
          />
        </Field>
        <Field
          label={TEXT.lakehouse}
          hint={TEXT.lakehouseHint}
          validationMessage={faults.lakehouse}
        >
          <Input
            {...plain}
            value={typed.lakehouse}
            onChange={(_, { value }) => onChange({ lakehouse: value })}
          />
        </Field>
      </div>
    </>
  );
}
