import type { FileRow } from '../store/files.ts'

/** A file as it is shown; where its bytes lie is nobody's business. */
export interface FileView {
  fileId: string
  filename: string
  contentType: string
  /** Bytes. */
  size: number
  status: 'pending' | 'ready'
  /** When it goes unless a run uses it before; null once it goes with its runs. */
  expiresAt: string | null
}

export function viewFile({ id, filename, contentType, size, status, runs, expiresAt }: FileRow): FileView {
  return { fileId: id, filename, contentType, size, status, expiresAt: runs > 0 ? null : expiresAt }
}
