import { makeStyles, mergeClasses, tokens, typographyStyles } from '@fluentui/react-components';
import { useId, type ReactNode } from 'react';

const useStyles = makeStyles({
  button: {
    ...typographyStyles.body1Strong,
    position: 'relative',
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalSNudge,
    boxSizing: 'border-box',
    minHeight: '32px',
    padding: `0 ${tokens.spacingHorizontalM}`,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    cursor: 'pointer',
    whiteSpace: 'nowrap',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':has(:focus-visible)': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '1px',
    },
    ':has(:disabled)': { color: tokens.colorNeutralForegroundDisabled, cursor: 'not-allowed' },
    '@media (forced-colors: active)': { border: '1px solid ButtonText' },
  },
  small: {
    ...typographyStyles.caption1,
    minHeight: '24px',
    padding: `0 ${tokens.spacingHorizontalS}`,
  },
  input: {
    position: 'absolute',
    inset: 0,
    width: '100%',
    height: '100%',
    margin: 0,
    opacity: 0,
    cursor: 'inherit',
    fontSize: 0, // or the file chooser's own button shows its caret
  },
});

/** A real file input that looks like a button, so that keys, drops and readers know it. */
export function FileButton(props: {
  children: ReactNode;
  /** For readers, if what is shown does not say enough. */
  label?: string;
  icon?: ReactNode;
  accept?: string;
  multiple?: boolean;
  /** Takes a folder, and gives all files in it. */
  folder?: boolean;
  small?: boolean;
  disabled?: boolean;
  onFiles: (files: File[]) => void;
}) {
  const styles = useStyles();
  const id = useId();
  return (
    <label className={mergeClasses(styles.button, props.small && styles.small)} htmlFor={id}>
      <input
        id={id}
        className={styles.input}
        type="file"
        title=""
        aria-label={props.label}
        accept={props.accept}
        multiple={props.multiple}
        disabled={props.disabled}
        {...(props.folder && { webkitdirectory: '' })}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = ''; // or the same file chosen again is no change
          props.onFiles(files);
        }}
      />
      {props.icon}
      {props.children}
    </label>
  );
}
