-- Documents by their place in the log: extracts hold those of a run of places.

CREATE INDEX efile_documents_by_place ON efile_documents (tenant, leaf_index);
